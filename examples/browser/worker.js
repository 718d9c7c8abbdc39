// The engine's thread: the table of users stays here, and every budget that the page sends is a new plan.
import { allocate, createEngine } from "shadowprice";

const users = 100_000;
const faces = [5, 10, 20];
const offers = createEngine().offers({ users, options: faces.map((face) => `${face} off`) });
faces.forEach((face, j) => {
  offers.fill(j, (values, costs) => {
    for (let i = 0; i < users; i++) {
      const taste = ((i * 2654435761) % 1000) / 1000;
      values[i] = 60 * taste * (1 - Math.exp(-face / 12));
      costs[i] = face * (0.1 + 0.4 * taste);
    }
  });
});

const into = new Uint8Array(users);
addEventListener("message", ({ data: budget }) => {
  const { value, bound, cost, none, counts } = allocate(offers, { budget }, { into });
  postMessage({ value, bound, cost, none, counts, options: offers.names });
});
