import { MemoryStore } from "../../../src/serve/index.js";
import { conforms } from "./conforms.js";

conforms("memory", async () => ({ store: new MemoryStore() }));
