CREATE TABLE "installation" (
	"id" integer PRIMARY KEY NOT NULL,
	"identity" text[] NOT NULL,
	"doubted_at" timestamp (3) with time zone,
	"restored_at" timestamp (3) with time zone
);
--> statement-breakpoint
-- Which database this is, by what a backup cannot bring along: the database and this table (a dump restored makes them
-- anew), the cluster and its timeline (a recovery to a moment begins a new one), and when a file of the cluster that is
-- never written again came to be there (a copy of the folder). What one's role or the system does not tell is null.
CREATE FUNCTION database_identity() RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
	cluster text;
	timeline text;
	file_made text;
BEGIN
	BEGIN
		cluster := (SELECT system_identifier FROM pg_control_system());
	EXCEPTION WHEN OTHERS THEN NULL;
	END;
	BEGIN
		timeline := left(pg_walfile_name(pg_current_wal_lsn()), 8);
	EXCEPTION WHEN OTHERS THEN NULL;
	END;
	BEGIN
		file_made := extract(epoch FROM (pg_stat_file('PG_VERSION')).change)::bigint;
	EXCEPTION WHEN OTHERS THEN NULL;
	END;
	RETURN ARRAY[(SELECT oid::text FROM pg_database WHERE datname = current_database()),
		'installation'::regclass::oid::text, cluster, timeline, file_made];
END $$;--> statement-breakpoint
INSERT INTO installation (id, identity) VALUES (1, database_identity());
