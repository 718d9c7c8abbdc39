// 100,000 users, three offers: every move of the slider is a new plan, solved beside the page.
const engine = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
const slider = document.querySelector("#budget");
let asked;

slider.addEventListener("input", ask);
engine.addEventListener("message", ({ data: plan }) => {
  show(plan);
  const isLast = asked === slider.value;
  asked = undefined;
  if (!isLast) ask();
});
ask();

/** One question at a time: of the moves that come meanwhile only the last is asked. */
function ask() {
  document.querySelector("#money").value = Number(slider.value).toLocaleString("en-US");
  if (asked !== undefined) return;
  asked = slider.value;
  engine.postMessage(Number(asked));
}

function show({ value, bound, cost, none, counts, options }) {
  const rows = [
    ["expected value", value],
    ["at most possible", bound],
    ["spent", cost],
    ["no offer", none],
    ...options.map((name, j) => [name, counts[j]]),
  ];
  document.querySelector("#answer").replaceChildren(...rows.map(row));
}

function row([name, figure]) {
  const line = document.createElement("tr");
  line.insertCell().textContent = name;
  line.insertCell().textContent = figure.toLocaleString("en-US", { maximumFractionDigits: 2 });
  return line;
}
