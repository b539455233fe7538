import { call, of } from "./client";
import type { Category, Items, Me } from "./shapes";

/**
 * The event's categories, for their names. Only an organizer may list them;
 * for others, and when they don't come, a category goes by its id.
 */
export async function categoriesFor(me: Me, event: string): Promise<readonly Category[]> {
  if (me.role !== "organizer") return [];
  const answer = await call<Items<Category>>("GET", of(event, "categories"));
  return answer.kind === "ok" ? answer.value.items : [];
}
