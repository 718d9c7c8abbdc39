// Decisions at the edge: Hono on workerd. The price of money comes from the last plan, in the variable PRICE.
import { Hono } from "hono";
import { allocate, createEngine, decide } from "shadowprice";

const app = new Hono();

app.onError((error, context) => {
  const status = error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError ? 400 : 500;
  return context.json({ error: error.message }, status);
});

// One user at the price: {"values": [9, 14], "costs": [1.5, 3.5]} → {"choice": 2}, 0 for none.
app.post("/decide", async (context) => {
  const { values, costs } = await context.req.json();
  return context.json({ choice: decide(values, costs, Number(context.env.PRICE)) });
});

// A few thousand users at once: {"budget": 10, "options": ["a"], "values": [[…]], "costs": [[…]]}, a list an option.
app.post("/allocate", async (context) => {
  const { budget, options, values, costs } = await context.req.json();
  const offers = createEngine().offers({ users: values[0].length, options });
  options.forEach((_, j) => {
    offers.fill(j, (value, cost) => {
      value.set(values[j]);
      cost.set(costs[j]);
    });
  });
  const { choices, ...answer } = allocate(offers, { budget });
  return context.json({ ...answer, choices: [...choices] });
});

export default app;
