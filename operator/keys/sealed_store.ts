import type { SupabaseClient } from "@supabase/supabase-js";
import { z } from "zod";
import { unwrap } from "#shared/db/errors.ts";

// The functions of `supabase/migrations/…_sealed_values.sql`.

/** A sealed value where it stands. */
export interface SealedValue {
  /** Table with its schema. */
  readonly relation: string;
  readonly columnName: string;
  readonly rowId: string;
  readonly userId: string;
  readonly sealed: string;
}

/** A value that was sealed anew. */
export interface Resealed {
  readonly value: SealedValue;
  readonly becomes: string;
}

const values = z.array(
  z.object({
    relation: z.string(),
    column_name: z.string(),
    row_id: z.guid(),
    user_id: z.guid(),
    sealed: z.string(),
  }).transform(({ relation, sealed, ...row }): SealedValue => ({
    ...{ relation, sealed, columnName: row.column_name },
    ...{ rowId: row.row_id, userId: row.user_id },
  })),
);

/** An encryption key that values in archives are sealed with. */
export interface ArchiveKey {
  readonly keyId: string;
  /** How many archives need it. */
  readonly archives: number;
}

const archiveKeys = z.array(
  z.object({ key_id: z.string(), archives: z.number() })
    .transform(({ key_id, archives }): ArchiveKey => ({ keyId: key_id, archives })),
);

/** Everything that a project has sealed. */
export class SealedStore {
  /** @param database the operator's client, which row level security does not hold. */
  constructor(private readonly database: SupabaseClient) {}

  /** How many values are sealed with another key than `active`. */
  async count(active: string): Promise<number> {
    return unwrap(
      await this.database.rpc("count_values_to_reseal", { p_active: active }),
      z.number(),
    );
  }

  /** Some of those values, in the order of where they stand, beyond the row of `after`. */
  async read(active: string, limit: number, after?: SealedValue): Promise<SealedValue[]> {
    const from = after &&
      { relation: after.relation, column_name: after.columnName, row_id: after.rowId };
    return unwrap(
      await this.database.rpc("values_to_reseal", {
        ...{ p_active: active, p_limit: limit, p_after: from ?? null },
      }),
      values,
    );
  }

  /** Puts values in the place of the ones that they were; answers how many still stood there. */
  async exchange(resealed: readonly Resealed[]): Promise<number> {
    const rows = resealed.map(({ value, becomes }) => ({
      ...{ relation: value.relation, column_name: value.columnName, row_id: value.rowId },
      ...{ was: value.sealed, becomes },
    }));
    return unwrap(await this.database.rpc("reseal_values", { p_values: rows }), z.number());
  }

  /** The keys that archives need, which are written once and never sealed anew. */
  async archiveKeys(): Promise<ArchiveKey[]> {
    return unwrap(await this.database.rpc("list_archive_keys"), archiveKeys);
  }
}
