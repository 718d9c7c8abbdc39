const shadowprice = require("shadowprice");
const { probe } = require("./probe.js");

console.log(probe(shadowprice));
