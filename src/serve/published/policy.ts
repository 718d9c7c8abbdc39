/** A policy as it is published (schemas/policy.ts checks it): by hand, so that the package's types need no library of schemas. */

/** times · (output − minus) + plus, of the policy's model. */
export interface Amount {
  output: string;
  minus?: string | undefined;
  times?: number | string | undefined;
  plus?: number | undefined;
}

export interface PolicyBody {
  options: {
    name: string;
    value?: number | Amount | undefined;
    cost?: number | Amount | undefined;
    price?: number | undefined;
    charge?: number | undefined;
  }[];
  price: number;
  exactlyOne?: boolean | undefined;
  model?: { name: string; version?: number | undefined } | undefined;
  note?: string | undefined;
}
