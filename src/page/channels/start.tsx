/** Where a plan comes from. */
import { examplePlan } from "../../embedded/plan.js";
import { Drop } from "../shell/drop.js";
import { Scroll } from "../shell/scroll.js";
import { open, take } from "./state.js";

const SMALLEST = `{
  "budget": 60,
  "channels": [
    { "name": "search", "current": 20, "curve": { "type": "hill", "max": 100, "half": 50, "shape": 3 } },
    { "name": "tv", "current": 40, "curve": { "type": "logit", "max": 120, "slope": 0.12, "midpoint": 25 } }
  ]
}`;

export function Start() {
  return (
    <div class="start">
      <Drop
        label="Drop a plan"
        hint="PLAN.json, as the command line reads it. It is read here and goes nowhere else."
        accept=".json"
        onFile={open}
      />
      <div class="card">
        <h2>No plan at hand?</h2>
        <p>A year of a made-up shop: six channels by the week, with seasons, and spend that works on in later weeks.</p>
        <button type="button" class="main" onClick={() => take(examplePlan(), "The example cannot be used")}>
          Plan the example year
        </button>
      </div>
      <div class="card">
        <h2>What the file holds</h2>
        <p>
          A budget, and for each channel a response curve: what a spend brings. Curves come from a marketing mix model
          (Robyn, Meridian, PyMC-Marketing and LightweightMMM can be imported by the package) or from tests.
        </p>
        <Scroll label="A small plan">
          <pre>{SMALLEST}</pre>
        </Scroll>
      </div>
    </div>
  );
}
