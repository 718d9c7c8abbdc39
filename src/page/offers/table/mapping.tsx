/** What the columns of a dropped file mean: guessed, shown with the first rows, and put right where the guess is wrong. */

import { useSignal } from "@preact/signals";
import { Choice, Preview } from "../../files/preview.js";
import { count } from "../../shell/numbers.js";
import { load, looked, work } from "../state.js";
import type { Look, Mapping } from "../types.js";
import { guess, lacking } from "./guess.js";

export function MappingCard({ file, look }: { file: File; look: Look }) {
  const mapping = useSignal<Mapping>(guess(look.columns));
  const now = mapping.value;
  const problem = lacking(now, look.columns);
  const put = (to: Mapping) => {
    mapping.value = to;
  };
  const names = look.columns.map(({ name }) => name);
  return (
    <section class="card grid" aria-label="Columns">
      <div>
        <h2>{file.name}</h2>
        <p class="muted">
          {look.format === "csv" ? "CSV" : look.format === "parquet" ? "Parquet" : "Arrow"}, {count(names.length)}{" "}
          columns
          {look.rows !== undefined && `, ${count(look.rows)} rows`}. These are its first rows.
        </p>
        <Preview columns={look.columns} />
      </div>
      <fieldset class="layouts">
        <legend>The file has one row for each</legend>
        <label class="check">
          <input
            type="radio"
            name="layout"
            checked={now.kind === "wide"}
            onChange={() => put({ kind: "wide", id: now.id, offers: [{ name: "", value: "", cost: "" }] })}
          />
          user, with columns for each offer
        </label>
        <label class="check">
          <input
            type="radio"
            name="layout"
            checked={now.kind === "long"}
            onChange={() => put({ kind: "long", id: now.id, offer: "", value: "", cost: "" })}
          />
          user and offer
        </label>
      </fieldset>
      <div class="row">
        <Choice label="User" names={names} value={now.id} onChoice={(id) => put({ ...now, id })} />
        {now.kind === "long" &&
          (["offer", "value", "cost"] as const).map((key) => (
            <Choice
              key={key}
              label={key === "offer" ? "Offer" : key === "value" ? "Value" : "Cost"}
              names={names}
              value={now[key]}
              onChoice={(column) => put({ ...now, [key]: column })}
            />
          ))}
      </div>
      {now.kind === "wide" && <Offers mapping={now} names={names} put={put} />}
      {problem && (
        <p class="note" role="status">
          {problem}
        </p>
      )}
      <div class="row">
        <button
          type="button"
          class="main"
          disabled={problem !== undefined || work.value !== undefined}
          onClick={() => load({ kind: "file", file, mapping: now })}
        >
          Read it and plan
        </button>
        <button
          type="button"
          onClick={() => {
            work.peek()?.cancel();
            looked.value = undefined;
          }}
        >
          Other data
        </button>
      </div>
    </section>
  );
}

function Offers({
  mapping,
  names,
  put,
}: {
  mapping: Extract<Mapping, { kind: "wide" }>;
  names: readonly string[];
  put: (to: Mapping) => void;
}) {
  const { offers } = mapping;
  const change = (at: number, part: Partial<(typeof offers)[number]>) =>
    put({ ...mapping, offers: offers.map((one, i) => (i === at ? { ...one, ...part } : one)) });
  return (
    <div class="grid">
      {offers.map((offer, i) => (
        <fieldset key={i} class="row offer">
          <legend class="unseen">Offer {i + 1}</legend>
          <div class="field">
            <label class="muted" for={`offer-${i}`}>
              Offer
            </label>
            <input
              id={`offer-${i}`}
              value={offer.name}
              onInput={({ currentTarget }) => change(i, { name: currentTarget.value })}
            />
          </div>
          <Choice label="Value" names={names} value={offer.value} onChoice={(value) => change(i, { value })} />
          <Choice label="Cost" names={names} value={offer.cost} onChoice={(cost) => change(i, { cost })} />
          {offers.length > 1 && (
            <button
              type="button"
              class="quiet"
              aria-label={`Leave out offer ${offer.name || i + 1}`}
              onClick={() => put({ ...mapping, offers: offers.filter((_, at) => at !== i) })}
            >
              Leave out
            </button>
          )}
        </fieldset>
      ))}
      <div>
        <button
          type="button"
          onClick={() => put({ ...mapping, offers: [...offers, { name: "", value: "", cost: "" }] })}
        >
          Add an offer
        </button>
      </div>
    </div>
  );
}
