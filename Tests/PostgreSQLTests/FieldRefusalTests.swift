import AgnoMigrate
import AgnoSchema
import DatabaseAccess
import DurabilitySupport
import SQLDialects
import ServerContract
import Testing

/// A statement that the server refuses, and what the message has to name.
struct Refusal: Sendable, CustomTestStringConvertible {
    let state: String
    var setup: [String] = []
    let statement: String
    let condition: DatabaseError.Condition
    let words: [String]

    var testDescription: String { state }
}

@Suite("Field: every refusal of PostgreSQL names its object") struct FieldRefusalTests {
    private static let table =
        "CREATE TABLE public.t (id bigint PRIMARY KEY, name text NOT NULL, CONSTRAINT small CHECK (id < 9))"
    private static let row = "INSERT INTO public.t VALUES (1, 'secret')"

    static let refusals: [Refusal] = [
        Refusal(
            state: "23502 not null", setup: [table], statement: "INSERT INTO public.t VALUES (1, NULL)",
            condition: .constraint,
            words: ["column name", "table public.t"]),
        Refusal(
            state: "23505 unique", setup: [table, row], statement: row, condition: .constraint,
            words: ["constraint t_pkey", "table public.t"]),
        Refusal(
            state: "23514 check", setup: [table], statement: "INSERT INTO public.t VALUES (10, 'secret')",
            condition: .constraint,
            words: ["constraint small", "table public.t"]),
        Refusal(
            state: "23503 foreign key", setup: [table, "CREATE TABLE public.child (id bigint REFERENCES public.t)"],
            statement: "INSERT INTO public.child VALUES (7)", condition: .constraint,
            words: ["constraint child_id_fkey", "table public.child"]),
        Refusal(
            state: "23P01 exclusion",
            setup: [
                "CREATE TABLE public.x (a int, CONSTRAINT apart EXCLUDE USING btree (a WITH =))",
                "INSERT INTO public.x VALUES (1)",
            ],
            statement: "INSERT INTO public.x VALUES (1)", condition: .constraint,
            words: ["constraint apart", "table public.x"]),
        Refusal(
            state: "2BP01 dependent", setup: [table, "CREATE VIEW public.v AS SELECT name FROM public.t"],
            statement: "ALTER TABLE public.t DROP COLUMN name", condition: .other,
            words: ["view public.v", "column name"]),
        Refusal(
            state: "0A000 type", setup: [table, "CREATE VIEW public.v AS SELECT name FROM public.t"],
            statement: "ALTER TABLE public.t ALTER name TYPE varchar(9)", condition: .other,
            words: ["view", "column \"name\""]),
        Refusal(
            state: "42501 privilege", setup: [table, "SET ROLE pg_monitor"], statement: "SELECT * FROM public.t",
            condition: .notAuthorised, words: ["permission denied for table t"]),
        Refusal(
            state: "42501 row security",
            setup: [
                table, "ALTER TABLE public.t ENABLE ROW LEVEL SECURITY", "GRANT SELECT ON public.t TO pg_monitor",
                "SET ROLE pg_monitor",
            ],
            statement: "SELECT * FROM public.t", condition: .rowsHidden, words: ["row level security", "table t"]),
        Refusal(
            state: "25006 read only", setup: [table, "SET default_transaction_read_only = on"], statement: row,
            condition: .readOnly, words: ["read-only", "INSERT"]),
        Refusal(
            state: "42P01 table", statement: "SELECT * FROM public.missing", condition: .other,
            words: ["public.missing", "42P01"]),
        Refusal(
            state: "42703 column", setup: [table], statement: "SELECT missing FROM public.t", condition: .other,
            words: ["\"missing\"", "42703"]),
        Refusal(
            state: "42P07 taken", setup: [table], statement: "CREATE VIEW public.t AS SELECT 1 AS one",
            condition: .other,
            words: ["\"t\"", "42P07"]),
        Refusal(
            state: "3F000 schema", statement: "CREATE TABLE nowhere.t (a int)", condition: .other,
            words: ["\"nowhere\""]),
        Refusal(
            state: "55000 replica identity",
            setup: [
                "CREATE TABLE public.p (a int)", "INSERT INTO public.p VALUES (1)",
                "CREATE PUBLICATION everything FOR TABLE public.p",
            ],
            statement: "UPDATE public.p SET a = 2", condition: .other, words: ["\"p\"", "55000"]),
        Refusal(
            state: "55P03 lock", setup: [table, "SET lock_timeout = '10ms'"],
            statement: "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '55P03'; END $$", condition: .busy,
            words: ["locked"]),
        Refusal(
            state: "54000 index row", setup: [table, "CREATE INDEX long_names ON public.t (name)"],
            statement: "INSERT INTO public.t SELECT 2, string_agg(md5(i::text), '') FROM generate_series(1, 150) i",
            condition: .notStorable, words: ["constraint long_names", "table public.t"]),
        Refusal(
            state: "22P02 value", setup: [table], statement: "SELECT 'secret'::bigint", condition: .notStorable,
            words: ["no place for a value"]),
        Refusal(
            state: "42P10 no key", setup: ["CREATE TABLE public.u (a int)"],
            statement: "INSERT INTO \"public\".\"u\" VALUES (1) ON CONFLICT (a) DO NOTHING", condition: .other,
            words: ["ON CONFLICT", "statement on u"]),
        Refusal(
            state: "57014 cancelled", setup: ["SET statement_timeout = '10ms'"], statement: "SELECT pg_sleep(5)",
            condition: .interrupted, words: ["cancelled"]),
        Refusal(
            state: "P0001 event trigger",
            setup: [
                """
                CREATE FUNCTION public.guard() RETURNS event_trigger LANGUAGE plpgsql AS
                $$ BEGIN RAISE EXCEPTION 'ask the team first'; END $$
                """,
                "CREATE EVENT TRIGGER \"no changes\" ON ddl_command_start WHEN TAG IN ('CREATE SEQUENCE') "
                    + "EXECUTE FUNCTION public.guard()",
            ],
            statement: "CREATE SEQUENCE public.s", condition: .other,
            words: ["event trigger \"no changes\"", "public.guard()", "ask the team first"]),
        Refusal(
            state: "P0001 trigger",
            setup: [
                table,
                "CREATE FUNCTION public.deny() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'secret'; END $$",
                "CREATE TRIGGER deny BEFORE INSERT ON public.t FOR EACH ROW EXECUTE FUNCTION public.deny()",
            ],
            statement: row, condition: .other, words: ["function public.deny()"]),
    ]

    @Test("names the object, and no value of a row", arguments: refusals)
    func names(_ refusal: Refusal) throws {
        let database = try TestDatabase()
        try database.connected { connection in
            for statement in refusal.setup { try connection.execute(statement) }
            do {
                _ = try connection.rows(SQLStatement(refusal.statement))
                Issue.record("the server took it")
            } catch let error as DatabaseError {
                #expect(error.condition == refusal.condition, "\(error.debugDescription)")
                for word in refusal.words { #expect(error.message.contains(word), "\(error.message)") }
                #expect(!error.message.contains("secret"), "\(error.message)")
            }
        }
    }

    @Test("An event trigger that refuses a step is named by up, and nothing is claimed")
    func eventTrigger() throws {
        let database = try TestDatabase()
        _ = try database.manager().makeSample(version: .baseline)
        try database.execute(
            "CREATE FUNCTION public.guard() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$",
            "CREATE EVENT TRIGGER our_guard ON ddl_command_start WHEN TAG IN ('ALTER TABLE') EXECUTE FUNCTION public.guard()"
        )
        let result = try database.run("up")
        #expect(result.status != 0)
        #expect(result.errors.contains("our_guard"), "\(result.errors)")
    }
}
