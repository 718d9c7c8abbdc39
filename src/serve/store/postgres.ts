/** A store in PostgreSQL, for any number of servers: versions are compared and set in one statement. */
import type { Sql } from "postgres";
import {
  ConflictError,
  checkName,
  type Kind,
  keepsAll,
  type Store,
  type Stored,
  UnavailableError,
  type WriteOptions,
} from "./store.js";

export interface PostgresOptions {
  /** The tables are PREFIX_entries and PREFIX_versions (default "shadowprice"). */
  prefix?: string;
  /** Most connections (default 4): what is decided is in memory, and asks the database once in `freshFor`. */
  connections?: number;
  /** Milliseconds for which the last version may be taken for granted (default 1,000): so late another server's new version is seen. */
  freshFor?: number;
}

/** Writes of entries that expire, between two looks at what has. */
const SWEEP = 256;

/**
 * Policies, models, sessions and replies in two tables of a PostgreSQL database (10 or later), which the first use makes where they are not
 * there. Needs the package `postgres` beside it. Nothing connects before the first use.
 * @example
 * import { PostgresStore } from "shadowprice/serve/node";
 * const app = createApp({ store: new PostgresStore(process.env.DATABASE_URL) });
 */
export class PostgresStore implements Store {
  readonly freshFor: number;
  readonly #url: string;
  readonly #where: string;
  readonly #entries: string;
  readonly #versions: string;
  readonly #connections: number;
  #ready: Promise<Sql> | undefined;
  #sql: Sql | undefined;
  #expiring = 0;
  #closed = false;

  /** @throws {TypeError | RangeError} for an address that is none, or a prefix that is no name. */
  constructor(url: string, { prefix = "shadowprice", connections = 4, freshFor = 1_000 }: PostgresOptions = {}) {
    if (typeof url !== "string" || !/^postgres(ql)?:\/\//.test(url)) {
      throw new TypeError("a PostgreSQL store needs an address such as postgres://user:password@host:5432/database");
    }
    if (!/^[a-z_][a-z0-9_]{0,40}$/.test(prefix)) {
      throw new RangeError(`prefix must be letters, digits and _ in lower case, got ${prefix}`);
    }
    this.#url = url;
    this.#where = placeOf(url);
    this.#entries = `${prefix}_entries`;
    this.#versions = `${prefix}_versions`;
    this.#connections = connections;
    this.freshFor = freshFor;
  }

  /**
   * Connects: a server calls it before it listens, so that one without its database ends at once.
   * @throws {UnavailableError} saying why.
   */
  open(): Promise<void> {
    return this.#reach(async () => {});
  }

  read(kind: Kind, name: string, version?: number): Promise<Stored | undefined> {
    return this.#askAgain(kind, name, async (sql) => {
      const [entries, versions] = [sql(this.#entries), sql(this.#versions)];
      const [row] =
        version === undefined
          ? await sql`SELECT version, bytes FROM ${entries}
              WHERE kind = ${kind} AND name = ${name} AND bytes IS NOT NULL AND (expires IS NULL OR expires > now())`
          : await sql`SELECT e.version AS last, e.bytes AS last_bytes, v.bytes, ${version}::bigint AS version
              FROM ${entries} e LEFT JOIN ${versions} v ON v.kind = e.kind AND v.name = e.name AND v.version = ${version}
              WHERE e.kind = ${kind} AND e.name = ${name} AND e.bytes IS NOT NULL AND (e.expires IS NULL OR e.expires > now())
                AND (e.version = ${version} OR v.version IS NOT NULL)`;
      const bytes = row?.bytes ?? row?.last_bytes;
      // Of its own: models are read in place, by views on whole numbers of eight bytes.
      return row && { version: Number(row.version), bytes: new Uint8Array(bytes) };
    });
  }

  version(kind: Kind, name: string): Promise<number | undefined> {
    return this.#askAgain(kind, name, (sql) => this.#there(sql, kind, name));
  }

  write(
    kind: Kind,
    name: string,
    bytes: Uint8Array<ArrayBuffer>,
    replaces: number | undefined,
    { expires }: WriteOptions = {},
  ): Promise<number> {
    const copy = Buffer.from(bytes);
    return this.#ask(kind, name, async (sql) => {
      const entries = sql(this.#entries);
      const until = expires === undefined ? null : new Date(Math.ceil(expires));
      const write =
        replaces === undefined
          ? sql`INSERT INTO ${entries} AS e (kind, name, version, bytes, expires)
              VALUES (${kind}, ${name}, 1, ${copy}, ${until}) ON CONFLICT (kind, name) DO UPDATE
              SET version = e.version + 1, bytes = excluded.bytes, expires = excluded.expires, written = now()
              WHERE e.bytes IS NULL OR e.expires <= now() RETURNING e.kind, e.name, e.version, e.bytes`
          : sql`UPDATE ${entries} SET version = version + 1, bytes = ${copy}, expires = ${until}, written = now()
              WHERE kind = ${kind} AND name = ${name} AND version = ${replaces} AND bytes IS NOT NULL
                AND (expires IS NULL OR expires > now()) RETURNING kind, name, version, bytes`;
      const [row] = keepsAll(kind)
        ? await sql`WITH written AS (${write}), kept AS (INSERT INTO ${sql(this.#versions)} (kind, name, version, bytes)
            SELECT kind, name, version, bytes FROM written) SELECT version FROM written`
        : await sql`WITH written AS (${write}) SELECT version FROM written`;
      if (!row) throw new ConflictError(kind, name, await this.#there(sql, kind, name));
      if (expires !== undefined && ++this.#expiring % SWEEP === 0) {
        await sql`DELETE FROM ${entries} WHERE expires <= now()`;
      }
      return Number(row.version);
    });
  }

  remove(kind: Kind, name: string, replaces: number): Promise<void> {
    return this.#ask(kind, name, async (sql) => {
      const versions = sql(this.#versions);
      const [row] = await sql`WITH removed AS (
          UPDATE ${sql(this.#entries)} SET bytes = NULL, expires = NULL, written = now()
          WHERE kind = ${kind} AND name = ${name} AND version = ${replaces} AND bytes IS NOT NULL
            AND (expires IS NULL OR expires > now()) RETURNING kind, name),
        gone AS (DELETE FROM ${versions} v USING removed r WHERE v.kind = r.kind AND v.name = r.name)
        SELECT 1 AS done FROM removed`;
      if (!row) throw new ConflictError(kind, name, await this.#there(sql, kind, name));
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#sql?.end({ timeout: 5 });
  }

  async #there(sql: Sql, kind: Kind, name: string): Promise<number | undefined> {
    const [row] = await sql`SELECT version FROM ${sql(this.#entries)}
      WHERE kind = ${kind} AND name = ${name} AND bytes IS NOT NULL AND (expires IS NULL OR expires > now())`;
    return row && Number(row.version);
  }

  /** A reading whose connection broke off, as an idle one may have, is asked once more. */
  async #askAgain<T>(kind: Kind, name: string, question: (sql: Sql) => Promise<T>): Promise<T> {
    try {
      return await this.#ask(kind, name, question);
    } catch (error) {
      if (((error as Error).cause as { code?: string } | undefined)?.code !== "CONNECTION_CLOSED") throw error;
      return this.#ask(kind, name, question);
    }
  }

  async #ask<T>(kind: Kind, name: string, question: (sql: Sql) => Promise<T>): Promise<T> {
    checkName(kind, name);
    return this.#reach(question);
  }

  async #reach<T>(question: (sql: Sql) => Promise<T>): Promise<T> {
    try {
      if (this.#closed) throw new Error("the store was closed");
      this.#ready ??= this.#connect();
      return await question(await this.#ready);
    } catch (error) {
      if (error instanceof ConflictError || error instanceof UnavailableError) throw error;
      // The address without its password; the log alone says it.
      throw new UnavailableError(`PostgreSQL at ${this.#where}: ${(error as Error).message}`, { cause: error });
    }
  }

  /** Connects, and makes the tables where they are not there: two servers at once wait for each other. */
  async #connect(): Promise<Sql> {
    try {
      this.#sql ??= (await driver())(this.#url, {
        max: this.#connections,
        ...{ connect_timeout: 10, idle_timeout: 300, onnotice: () => {} },
        // What stands between, such as pgbouncer, may give each statement another connection.
        prepare: false,
      });
      const sql = this.#sql;
      const [found] = await sql`SELECT to_regclass(${this.#versions}) IS NOT NULL AS made`;
      if (!found?.made) await this.#make(sql);
      return sql;
    } catch (error) {
      this.#ready = undefined;
      throw error;
    }
  }

  async #make(sql: Sql): Promise<void> {
    const [entries, versions] = [sql(this.#entries), sql(this.#versions)];
    await sql.begin(async (own) => {
      await own`SELECT pg_advisory_xact_lock(hashtext(${`make ${this.#entries}`}))`;
      await own`CREATE TABLE IF NOT EXISTS ${entries} (kind text NOT NULL, name text COLLATE "C" NOT NULL,
        version bigint NOT NULL, bytes bytea, expires timestamptz, written timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (kind, name))`;
      await own`CREATE INDEX IF NOT EXISTS ${sql(`${this.#entries}_expires`)} ON ${entries} (expires)
        WHERE expires IS NOT NULL`;
      await own`CREATE TABLE IF NOT EXISTS ${versions} (kind text NOT NULL, name text COLLATE "C" NOT NULL,
        version bigint NOT NULL, bytes bytea NOT NULL, written timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (kind, name, version))`;
    });
  }
}

/** The driver, an optional peer: small, without dependencies, and the fastest of those that are no native build. */
async function driver(): Promise<typeof import("postgres")> {
  try {
    return (await import("postgres")).default;
  } catch (error) {
    throw new UnavailableError(`install the package "postgres" beside shadowprice: ${(error as Error).message}`);
  }
}

function placeOf(url: string): string {
  try {
    const { host, pathname } = new URL(url);
    return host + pathname;
  } catch {
    throw new TypeError("a PostgreSQL store needs an address such as postgres://user:password@host:5432/database");
  }
}
