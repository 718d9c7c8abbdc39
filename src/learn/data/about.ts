/** What a trained model says of itself: texts of its categories, and how it came about. Never a time: the same seed gives the same bytes. */
import type { Forest } from "../../uplift/forest.js";
import { Model } from "../../uplift/model/model.js";
import type { Binned } from "./binned.js";

/** The forest with the texts of its categories, so that whoever scores a file needs nothing beside the model. */
export function withCategories(forest: Forest, { categories }: Binned): Forest {
  return Object.keys(categories).length > 0 ? { ...forest, about: { categories } } : forest;
}

/** The same trees, with what is said of their training. */
export function describedBy<T extends { forest: Forest }>(trained: T, training: Readonly<Record<string, unknown>>): T {
  const about = { ...trained.forest.about, training: { ...trained.forest.about?.training, ...training } };
  const forest = { ...trained.forest, about };
  return { ...trained, forest, model: Model.from(forest) };
}
