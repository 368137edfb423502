import { z } from 'zod';

/** The clouds whose permissions the worker's principal can be given one by one. */
export const GUARDED = ['aws', 'azure', 'gcp', 'graph'] as const;
export type Guarded = (typeof GUARDED)[number];

/** What a request is and needs. `call`: the operation as its cloud names it. Of each of `all` one of several permissions is enough, the least first. */
export interface Need {
  call: string;
  all: readonly (readonly string[])[];
}

/** What the worker may do in each cloud; in one that is left out, everything. */
export const PermissionsSchema = z.strictObject({
  aws: z.array(z.string().min(1)).optional(),
  azure: z.array(z.string().min(1)).optional(),
  gcp: z.array(z.string().min(1)).optional(),
  graph: z.array(z.string().min(1)).optional(),
});

/** By cloud and call: the permissions that the call needed. */
export type Needed = Record<Guarded, Record<string, string[]>>;

const nothing = (): Needed => ({ aws: {}, azure: {}, gcp: {}, graph: {} });

/** What the worker's principal may do, and what its calls needed since that was said last. */
export class Permissions {
  #given: z.infer<typeof PermissionsSchema> = {};
  #needed = nothing();

  set(given: z.infer<typeof PermissionsSchema>): void {
    this.#given = given;
    this.#needed = nothing();
  }

  /** Whether a cloud's principal has a permission; clouds compare them without regard to case. */
  has(cloud: Guarded, permission: string): boolean {
    return this.#given[cloud]?.some((p) => p.toLowerCase() === permission.toLowerCase()) ?? true;
  }

  /** What was given in a cloud; undefined where that is everything. */
  given(cloud: Guarded): readonly string[] | undefined {
    return this.#given[cloud];
  }

  /** Notes what a request needs, and tells the first permission that is missing for it. */
  missing(cloud: Guarded, { call, all }: Need): string | undefined {
    const known = (this.#needed[cloud][call] ??= []);
    for (const [least] of all) if (least !== undefined && !known.includes(least)) known.push(least);
    return all.find((either) => !either.some((p) => this.has(cloud, p)))?.[0];
  }

  needed(): Needed {
    return this.#needed;
  }
}
