CREATE TABLE "changed_parcel_days" (
	"day" date NOT NULL
);
--> statement-breakpoint
CREATE TABLE "open_parcels" (
	"day" date NOT NULL,
	"carrier" text NOT NULL,
	"open" integer NOT NULL,
	"stalled" integer NOT NULL,
	CONSTRAINT "open_parcels_day_carrier_pk" PRIMARY KEY("day","carrier")
);
--> statement-breakpoint
CREATE TABLE "parcel_roll_ups" (
	"day" date NOT NULL,
	"outcome" text NOT NULL,
	"carrier" text NOT NULL,
	"from_office" text NOT NULL,
	"to_office" text NOT NULL,
	"hours" integer NOT NULL,
	"parcels" integer NOT NULL,
	"first_attempt" integer NOT NULL,
	"minutes" bigint NOT NULL,
	CONSTRAINT "parcel_roll_ups_pk" PRIMARY KEY("day","outcome","carrier","from_office","to_office","hours")
);
--> statement-breakpoint
CREATE TABLE "rolled_batches" (
	"batch_id" text PRIMARY KEY NOT NULL,
	"revision" bigint NOT NULL,
	"hour" timestamp (3) with time zone NOT NULL,
	"task" text NOT NULL,
	"figures" jsonb NOT NULL
);
--> statement-breakpoint
-- Made anew by the next roll-up: all batches are still there.
DROP TABLE "roll_ups";--> statement-breakpoint
CREATE TABLE "roll_ups" (
	"grain" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"task" text NOT NULL,
	"figure" text NOT NULL,
	"part" text NOT NULL,
	"value" bigint NOT NULL,
	CONSTRAINT "roll_ups_grain_at_task_figure_part_pk" PRIMARY KEY("grain","at","task","figure","part")
);
--> statement-breakpoint
ALTER TABLE "parcels" ADD COLUMN "counted_on" date GENERATED ALWAYS AS (case when status in ('delivered', 'returned') then (coalesce(since, terminal_at) at time zone 'Asia/Tokyo')::date end) STORED;--> statement-breakpoint
CREATE INDEX "rolled_batches_hour" ON "rolled_batches" USING btree ("hour");--> statement-breakpoint
CREATE INDEX "jobs_finished" ON "jobs" USING btree ("finished_at") WHERE finished_at is not null;--> statement-breakpoint
CREATE INDEX "parcels_counted" ON "parcels" USING btree ("counted_on") WHERE counted_on is not null;--> statement-breakpoint
-- Days of parcels that change are written down with them; a roll-up takes what it makes anew. Nothing is unique there:
-- two transactions that changed parcels of one day would wait for each other.
DO $do$
DECLARE
	operation text;
	changed text;
	tables text;
BEGIN
	FOR operation, changed, tables IN VALUES
		('insert', 'SELECT counted_on AS day FROM added', 'NEW TABLE AS added'),
		('update', 'SELECT unnest(ARRAY[gone.counted_on, added.counted_on]) FROM gone JOIN added USING (id)
			WHERE (gone.counted_on, gone.status, gone.carrier, gone.since, gone.first_event_at, gone.from_office, gone.to_office,
				gone.failed_attempts) IS DISTINCT FROM (added.counted_on, added.status, added.carrier, added.since,
				added.first_event_at, added.from_office, added.to_office, added.failed_attempts)',
			'NEW TABLE AS added OLD TABLE AS gone'),
		('delete', 'SELECT counted_on AS day FROM gone', 'OLD TABLE AS gone')
	LOOP
		EXECUTE format($sql$
			CREATE FUNCTION note_parcel_days_%1$s() RETURNS trigger LANGUAGE plpgsql AS $$
			BEGIN
				INSERT INTO changed_parcel_days
				SELECT DISTINCT day FROM (%2$s) changed(day) WHERE day IS NOT NULL;
				RETURN NULL;
			END $$;
			CREATE TRIGGER parcels_days_%1$s AFTER %1$s ON parcels REFERENCING %3$s
				FOR EACH STATEMENT EXECUTE FUNCTION note_parcel_days_%1$s();
		$sql$, operation, changed, tables);
	END LOOP;
END $do$;--> statement-breakpoint
INSERT INTO changed_parcel_days SELECT DISTINCT counted_on FROM parcels WHERE counted_on IS NOT NULL;--> statement-breakpoint
-- A failure whose reason changes moves no figure, yet what is known of its batch is another.
CREATE FUNCTION note_reason() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	UPDATE batch_figures SET revision = greatest(revision + 1, (extract(epoch FROM clock_timestamp()) * 1000)::bigint)
	WHERE batch_id = new.batch_id;
	RETURN NULL;
END $$;--> statement-breakpoint
CREATE TRIGGER rows_reason AFTER UPDATE OF error ON rows FOR EACH ROW
	WHEN (new.state IN ('failed', 'invalid') AND old.state = new.state AND old.error IS DISTINCT FROM new.error)
	EXECUTE FUNCTION note_reason();
