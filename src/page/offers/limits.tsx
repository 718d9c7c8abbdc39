/** Limits beside the budget: stock, spend of groups, a floor on return. */
import { useSignal } from "@preact/signals";
import type { GroupLimit } from "../../allocation/types.js";
import { NumberField } from "../shell/number-field.js";
import { type Limits, limits, setLimits, table } from "./state.js";

/** Offers listed for their stock at most. */
const SHOWN = 40;

export function LimitsCard() {
  const now = limits.value;
  const options = table.value?.options ?? [];
  const put = (part: Partial<Limits>) => setLimits({ ...now, ...part });
  return (
    <section class="card grid" aria-label="Limits">
      <h2>Limits</h2>
      <label class="check">
        <input
          type="checkbox"
          checked={now.exactlyOne}
          onChange={({ currentTarget }) => put({ exactlyOne: currentTarget.checked })}
        />
        Every user gets exactly one offer
      </label>
      <NumberField
        label="Return: value for each 1 spent, at least"
        value={now.minReturn}
        isOptional
        placeholder="any"
        onNumber={(minReturn) => put({ minReturn })}
      />
      <details open={Object.keys(now.stock).length > 0}>
        <summary>Stock: how many users can get an offer</summary>
        <div class="stock">
          {options.slice(0, SHOWN).map((name) => (
            <div key={name} class="row stocked">
              <span aria-hidden="true">{name}</span>
              <NumberField
                label={`Users with ${name}, at most`}
                isBare
                value={now.stock[name]}
                isOptional
                isWhole
                placeholder="any number"
                onNumber={(users) => {
                  const { [name]: _, ...others } = now.stock;
                  put({ stock: users === undefined ? others : { ...others, [name]: users } });
                }}
              />
            </div>
          ))}
        </div>
      </details>
      <Groups groups={now.groups} options={options} put={(groups) => put({ groups })} />
    </section>
  );
}

interface GroupsProps {
  groups: readonly GroupLimit[];
  options: readonly string[];
  put: (groups: GroupLimit[]) => void;
}

function Groups({ groups, options, put }: GroupsProps) {
  const isAdding = useSignal(false);
  return (
    <div class="grid groups">
      <h3>Budgets of groups</h3>
      {groups.map((group, i) => (
        <fieldset key={group.name}>
          <legend>
            {group.name} <span class="muted">({group.offers.join(", ")})</span>
          </legend>
          <div class="row">
            {(["atMost", "atLeast"] as const).map((side) => (
              <NumberField
                key={side}
                label={side === "atMost" ? "Spend at most" : "Spend at least"}
                value={group[side]}
                isOptional={group[side === "atMost" ? "atLeast" : "atMost"] !== undefined}
                placeholder="any"
                onNumber={(money) => put(groups.map((one, at) => (at === i ? { ...one, [side]: money } : one)))}
              />
            ))}
            <button
              type="button"
              class="quiet"
              aria-label={`Leave out the group ${group.name}`}
              onClick={() => put(groups.filter((_, at) => at !== i))}
            >
              Leave out
            </button>
          </div>
        </fieldset>
      ))}
      {isAdding.value ? (
        <NewGroup
          names={groups.map(({ name }) => name)}
          options={options}
          onGroup={(group) => {
            isAdding.value = false;
            if (group) put([...groups, group]);
          }}
        />
      ) : (
        <div>
          <button
            type="button"
            onClick={() => {
              isAdding.value = true;
            }}
          >
            Add a group
          </button>
        </div>
      )}
    </div>
  );
}

interface NewGroupProps {
  names: readonly string[];
  options: readonly string[];
  onGroup: (group: GroupLimit | undefined) => void;
}

function NewGroup({ names, options, onGroup }: NewGroupProps) {
  const group = useSignal<GroupLimit>({ name: "", offers: [] });
  const now = group.value;
  const put = (part: Partial<GroupLimit>) => {
    group.value = { ...now, ...part };
  };
  const problem =
    now.name.trim() === ""
      ? "Give the group a name."
      : names.includes(now.name)
        ? "There is a group of this name."
        : now.offers.length === 0
          ? "Choose its offers."
          : now.atMost === undefined && now.atLeast === undefined
            ? "Say what is spent on it, at most or at least."
            : undefined;
  return (
    <fieldset class="grid">
      <legend>A new group</legend>
      <div class="field">
        <label class="muted" for="group-name">
          Name
        </label>
        <input id="group-name" value={now.name} onInput={({ currentTarget }) => put({ name: currentTarget.value })} />
      </div>
      <fieldset class="row choices">
        <legend class="muted">Offers</legend>
        {options.slice(0, SHOWN).map((name) => (
          <label key={name} class="check">
            <input
              type="checkbox"
              checked={now.offers.includes(name)}
              onChange={({ currentTarget }) =>
                put({
                  offers: currentTarget.checked ? [...now.offers, name] : now.offers.filter((one) => one !== name),
                })
              }
            />
            {name}
          </label>
        ))}
      </fieldset>
      <div class="row">
        <NumberField
          label="Spend at most"
          value={now.atMost}
          isOptional
          placeholder="any"
          onNumber={(atMost) => put({ atMost })}
        />
        <NumberField
          label="Spend at least"
          value={now.atLeast}
          isOptional
          placeholder="any"
          onNumber={(atLeast) => put({ atLeast })}
        />
      </div>
      {problem && (
        <p class="muted" role="status">
          {problem}
        </p>
      )}
      <div class="row">
        <button type="button" class="main" disabled={problem !== undefined} onClick={() => onGroup(now)}>
          Add it
        </button>
        <button type="button" onClick={() => onGroup(undefined)}>
          Not now
        </button>
      </div>
    </fieldset>
  );
}
