/** Examples, where no schema library is needed for them. */

/** Three users, two options. */
export const EXAMPLE_OFFERS = {
  options: ["5off", "10off"],
  values: [
    [2, 4, 1],
    [3, 10, 1],
  ],
  costs: [
    [1, 2, 4],
    [3, 3, 9],
  ],
};

export const EXAMPLE_PLAN = {
  budget: 60,
  channels: [
    { name: "search", curve: { type: "hill", max: 100, half: 50, shape: 3 } },
    { name: "tv", curve: { type: "logit", max: 120, slope: 0.12, midpoint: 25 } },
  ],
};
