// What `startup` of the allocation suite times: import, instantiate, first decision. Run by itself it prints nothing.
//   node bench/allocation/startup.mjs [index | allocation]
const { allocate, createEngine } = await import(`../../dist/${process.argv[2] ?? "index"}.js`);

const offers = createEngine().offers({ users: 1, options: 2 });
offers.fill(0, (values, costs) => {
  values[0] = 3;
  costs[0] = 1;
});
offers.fill(1, (values, costs) => {
  values[0] = 5;
  costs[0] = 2;
});
const { choices } = allocate(offers, { budget: 2 });
if (choices[0] !== 2) throw new Error(`the first decision is ${choices[0]}, not 2`);
