/** A number that is typed: taken when it is whole, refused with a reason beside it. */
import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";

const thousands = new Intl.NumberFormat("en-US", { maximumFractionDigits: 9 });

/** As `parse` reads it back. */
export function typed(value: number): string {
  return thousands.format(value);
}

export interface NumberFieldProps {
  label: string;
  /** Undefined shows an empty field, where `isOptional`. */
  value: number | undefined;
  min?: number;
  max?: number;
  isWhole?: boolean;
  isOptional?: boolean;
  placeholder?: string;
  /** The label is said, not shown. */
  isBare?: boolean;
  onNumber: (value: number | undefined) => void;
}

export function NumberField(props: NumberFieldProps) {
  const { label, value, placeholder, isBare = false, onNumber } = props;
  const id = useId();
  const wrong = useSignal<string | undefined>(undefined);
  const take = (text: string) => {
    const [number, problem] = parse(text, props);
    wrong.value = problem;
    if (problem === undefined && number !== value) onNumber(number);
  };
  return (
    <div class="field">
      <label for={id} class={isBare ? "unseen" : "muted"}>
        {label}
      </label>
      <input
        id={id}
        inputMode="decimal"
        autocomplete="off"
        value={value === undefined ? "" : typed(value)}
        placeholder={placeholder}
        aria-invalid={wrong.value !== undefined}
        aria-describedby={wrong.value === undefined ? undefined : `${id}-wrong`}
        onChange={({ currentTarget }) => take(currentTarget.value)}
      />
      {wrong.value !== undefined && (
        <span id={`${id}-wrong`} class="wrong" role="alert">
          {wrong.value}
        </span>
      )}
    </div>
  );
}

/** The number of a text, with commas, blanks and apostrophes between thousands; or what is wrong with it. */
export function parse(
  text: string,
  { min = 0, max = Number.MAX_SAFE_INTEGER, isWhole = false, isOptional = false }: Partial<NumberFieldProps> = {},
): [number | undefined, string?] {
  const plain = text.trim().replaceAll(/(?<=\d)[,' \u00a0\u202f](?=\d{3})/g, "");
  if (plain === "") return isOptional ? [undefined] : [undefined, "Write a number."];
  const number = Number(plain.replace("−", "-"));
  if (!Number.isFinite(number)) return [undefined, "Write a number such as 250000 or 0.5."];
  if (isWhole && !Number.isInteger(number)) return [undefined, "Write a whole number."];
  if (number < min) return [undefined, `Write ${min} or more.`];
  if (number > max) return [undefined, `Write ${max} or less.`];
  return [number];
}
