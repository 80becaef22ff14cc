CREATE TABLE "batch_figures" (
	"batch_id" text PRIMARY KEY NOT NULL,
	"revision" bigint DEFAULT 0 NOT NULL,
	"total" integer DEFAULT 0 NOT NULL,
	"pending" integer DEFAULT 0 NOT NULL,
	"published" integer DEFAULT 0 NOT NULL,
	"redirected" integer DEFAULT 0 NOT NULL,
	"completed" integer DEFAULT 0 NOT NULL,
	"failed" integer DEFAULT 0 NOT NULL,
	"invalid" integer DEFAULT 0 NOT NULL,
	"unwritten" integer DEFAULT 0 NOT NULL,
	"unshown" integer DEFAULT 0 NOT NULL,
	"delivered" integer DEFAULT 0 NOT NULL,
	"pending_jobs" integer DEFAULT 0 NOT NULL,
	"in_flight_jobs" integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
ALTER TABLE "rows" ADD COLUMN "to_show" text GENERATED ALWAYS AS ((case state when 'pending' then '待ち' when 'published' then '照会中' when 'redirected' then '照会中' when 'completed' then '完了' when 'failed' then '失敗' when 'invalid' then '無効' end || coalesce(': ' || error, ''))) STORED NOT NULL;--> statement-breakpoint
ALTER TABLE "batch_figures" ADD CONSTRAINT "batch_figures_batch_id_batches_id_fk" FOREIGN KEY ("batch_id") REFERENCES "batches"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "jobs_answered" ON "jobs" USING btree ("id") WHERE state = 'completed' and carrier is null;--> statement-breakpoint
CREATE FUNCTION make_figures() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO batch_figures (batch_id) VALUES (new.id);
	RETURN NULL;
END $$;--> statement-breakpoint
CREATE TRIGGER batches_figures AFTER INSERT ON batches FOR EACH ROW EXECUTE FUNCTION make_figures();--> statement-breakpoint
-- Three triggers a table, since a transition table exists only where its operation makes it; what is counted stands
-- once. A statement that changes no figure touches no batch. The revision is never less than the time in milliseconds:
-- a dump restored goes on above what running workflows have seen.
DO $do$
DECLARE
	operation text;
	changed text;
	tables text;
BEGIN
	FOR operation, changed, tables IN VALUES
		('insert', 'SELECT 1 AS sign, * FROM added', 'NEW TABLE AS added'),
		('update', 'SELECT 1 AS sign, * FROM added UNION ALL SELECT -1, * FROM gone', 'NEW TABLE AS added OLD TABLE AS gone'),
		('delete', 'SELECT -1 AS sign, * FROM gone', 'OLD TABLE AS gone')
	LOOP
		EXECUTE format($sql$
			CREATE FUNCTION count_rows_%1$s() RETURNS trigger LANGUAGE plpgsql AS $$
			BEGIN
				UPDATE batch_figures f SET
					revision = greatest(f.revision + 1, (extract(epoch FROM clock_timestamp()) * 1000)::bigint),
					total = f.total + d.total, pending = f.pending + d.pending, published = f.published + d.published,
					redirected = f.redirected + d.redirected, completed = f.completed + d.completed,
					failed = f.failed + d.failed, invalid = f.invalid + d.invalid,
					unwritten = f.unwritten + d.unwritten, unshown = f.unshown + d.unshown,
					delivered = f.delivered + d.delivered
				FROM (
					SELECT batch_id, sum(sign) AS total, sum(sign * (state = 'pending')::int) AS pending,
						sum(sign * (state = 'published')::int) AS published,
						sum(sign * (state = 'redirected')::int) AS redirected,
						sum(sign * (state = 'completed')::int) AS completed,
						sum(sign * (state = 'failed')::int) AS failed, sum(sign * (state = 'invalid')::int) AS invalid,
						sum(sign * (state = 'completed' AND written_at IS NULL)::int) AS unwritten,
						sum(sign * (shown IS DISTINCT FROM to_show)::int) AS unshown,
						sum(sign * (status IS NOT DISTINCT FROM 'delivered')::int) AS delivered
					FROM (%2$s) changed GROUP BY batch_id
				) d
				WHERE f.batch_id = d.batch_id AND (d.total, d.pending, d.published, d.redirected, d.completed, d.failed,
					d.invalid, d.unwritten, d.unshown, d.delivered) <> (0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
				RETURN NULL;
			END $$;
			CREATE TRIGGER rows_count_%1$s AFTER %1$s ON rows REFERENCING %3$s
				FOR EACH STATEMENT EXECUTE FUNCTION count_rows_%1$s();
			CREATE FUNCTION count_jobs_%1$s() RETURNS trigger LANGUAGE plpgsql AS $$
			BEGIN
				UPDATE batch_figures f SET
					revision = greatest(f.revision + 1, (extract(epoch FROM clock_timestamp()) * 1000)::bigint),
					pending_jobs = f.pending_jobs + d.pending, in_flight_jobs = f.in_flight_jobs + d.in_flight
				FROM (
					SELECT batch_id, sum(sign * (state = 'pending')::int) AS pending,
						sum(sign * (state IN ('publishing', 'published', 'incomplete'))::int) AS in_flight
					FROM (%2$s) changed GROUP BY batch_id
				) d
				WHERE f.batch_id = d.batch_id AND (d.pending, d.in_flight) <> (0, 0);
				RETURN NULL;
			END $$;
			CREATE TRIGGER jobs_count_%1$s AFTER %1$s ON jobs REFERENCING %3$s
				FOR EACH STATEMENT EXECUTE FUNCTION count_jobs_%1$s();
		$sql$, operation, changed, tables);
	END LOOP;
END $do$;--> statement-breakpoint
INSERT INTO batch_figures
SELECT id, (extract(epoch FROM clock_timestamp()) * 1000)::bigint,
	coalesce(r.total, 0), coalesce(r.pending, 0), coalesce(r.published, 0), coalesce(r.redirected, 0),
	coalesce(r.completed, 0), coalesce(r.failed, 0), coalesce(r.invalid, 0), coalesce(r.unwritten, 0),
	coalesce(r.unshown, 0), coalesce(r.delivered, 0), coalesce(j.pending, 0), coalesce(j.in_flight, 0)
FROM batches LEFT JOIN (
	SELECT batch_id, count(*) AS total, count(*) FILTER (WHERE state = 'pending') AS pending,
		count(*) FILTER (WHERE state = 'published') AS published, count(*) FILTER (WHERE state = 'redirected') AS redirected,
		count(*) FILTER (WHERE state = 'completed') AS completed, count(*) FILTER (WHERE state = 'failed') AS failed,
		count(*) FILTER (WHERE state = 'invalid') AS invalid,
		count(*) FILTER (WHERE state = 'completed' AND written_at IS NULL) AS unwritten,
		count(*) FILTER (WHERE shown IS DISTINCT FROM to_show) AS unshown,
		count(*) FILTER (WHERE status = 'delivered') AS delivered
	FROM rows GROUP BY batch_id
) r ON r.batch_id = id LEFT JOIN (
	SELECT batch_id, count(*) FILTER (WHERE state = 'pending') AS pending,
		count(*) FILTER (WHERE state IN ('publishing', 'published', 'incomplete')) AS in_flight
	FROM jobs GROUP BY batch_id
) j ON j.batch_id = id;
