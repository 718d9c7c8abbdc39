/**
 * Requests in their order and what must be answered to them. Where a right answer can be known without the engine, `expect` and `near`
 * (to 1e-9, or `within`) say it; all else must be what the first runtime answered, byte for byte.
 */
import { allocations } from "./allocations.js";
import { models } from "./models.js";
import { plans } from "./plans.js";
import { policies } from "./policies.js";
import { service } from "./service.js";
import { tables } from "./tables.js";
import { talk } from "./talk.js";

export const cases = [...allocations, ...plans, ...policies, ...models, ...tables, ...service, ...talk];
