// Three offers, 200,000 users, one budget, in a program without a server.
import { allocate, createEngine, decide } from "shadowprice";

const users = 200_000;
const options = ["5 off", "10 off", "20 off"];
const faces = [5, 10, 20];

const engine = createEngine();
const offers = engine.offers({ users, options });
faces.forEach((face, j) => {
  offers.fill(j, (values, costs) => {
    for (let i = 0; i < users; i++) {
      // Your models go here: what the offer adds to this user's expected margin, and what it costs.
      const taste = ((i * 2654435761) % 1000) / 1000;
      values[i] = 60 * taste * (1 - Math.exp(-face / 12));
      costs[i] = face * (0.1 + 0.4 * taste);
    }
  });
});

const plan = allocate(offers, { budget: 250_000 });
console.log(
  `value ${plan.value.toFixed(2)}, at most ${plan.bound.toFixed(2)} can be had; spent ${plan.cost.toFixed(2)}`,
);
options.forEach((name, j) => {
  console.log(`${name.padEnd(7)} ${plan.counts[j]} users`);
});

// Someone who was not in the table is decided at the price of the plan.
const choice = decide([9, 14, 18], [1.5, 3.5, 8], plan.price);
console.log(`a new user gets ${choice === 0 ? "nothing" : options[choice - 1]}`);
