/** Where a model and its experiment come from. */
import { Drop } from "../shell/drop.js";
import { experimentFile, judge, look, modelFile } from "./state.js";

export function Start() {
  const [model, experiment] = [modelFile.value, experimentFile.value];
  return (
    <div class="start">
      <div class="grid">
        <Drop
          label={model ? model.name : "Drop a model"}
          hint={
            model
              ? "Another one takes its place."
              : "XGBoost, LightGBM or CatBoost as they save themselves, ONNX, or a forest as JSON."
          }
          onFile={(file) => {
            modelFile.value = file;
            void look();
          }}
        />
        <Drop
          label={experiment ? experiment.name : "Drop the file of an experiment"}
          hint={
            experiment
              ? "Another one takes its place."
              : "CSV, Parquet or Arrow. It is read here and goes nowhere else."
          }
          accept=".csv,.parquet,.pq,.arrow,.feather,.ipc"
          onFile={(file) => {
            experimentFile.value = file;
            void look();
          }}
        />
      </div>
      <div class="card">
        <h2>No files at hand?</h2>
        <p>
          An experiment of a made-up shop, in which 30,000 people got nothing, 5 off or 10 off by lot, and a model of
          it.
        </p>
        <button type="button" class="main" onClick={() => judge({ kind: "example" })}>
          Judge the example
        </button>
      </div>
      <div class="card">
        <h2>What the files hold</h2>
        <p>
          The experiment has one row a person: what they got, drawn by lot; what came of it, such as 1 for a purchase or
          the money they spent; and the features that the model asks for, by their names. The model gives for each
          person what an offer adds. It must not have been trained on these rows.
        </p>
      </div>
    </div>
  );
}
