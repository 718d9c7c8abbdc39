// 100,000 users, three offers: every move of the slider is a new plan, solved in the page.
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

const choices = new Uint8Array(users);
const slider = document.querySelector("#budget");
slider.addEventListener("input", show);
show();

function show() {
  const budget = Number(slider.value);
  document.querySelector("#money").value = budget.toLocaleString("en-US");
  const plan = allocate(offers, { budget }, { into: choices });
  const rows = [
    ["expected value", plan.value],
    ["at most possible", plan.bound],
    ["spent", plan.cost],
    ["no offer", plan.none],
    ...offers.names.map((name, j) => [name, plan.counts[j]]),
  ];
  document.querySelector("#answer").replaceChildren(...rows.map(row));
  document.body.dataset.ready = "true";
}

function row([name, figure]) {
  const line = document.createElement("tr");
  line.insertCell().textContent = name;
  line.insertCell().textContent = figure.toLocaleString("en-US", { maximumFractionDigits: 2 });
  return line;
}
