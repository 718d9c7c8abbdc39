/**
 * The worker: one script for all flows, so that they share the engine's file; each flow opens one of its own, which says by its
 * name whose it is.
 */
import { serveTasks, type Tasks } from "./rpc.js";

const FLOWS: Record<string, () => Promise<Tasks>> = {
  offers: async () => (await import("../offers/tasks.js")).tasks,
  channels: async () => (await import("../channels/tasks.js")).tasks,
  models: async () => (await import("../models/tasks.js")).tasks,
};

const scope = globalThis as unknown as Parameters<typeof serveTasks>[0] & { name: string };
const load = FLOWS[scope.name];
serveTasks(scope, load ? load() : Promise.reject(new TypeError(`there is no flow "${scope.name}"`)));
