CREATE TABLE "parcel_events" (
	"parcel_id" bigint NOT NULL,
	"key" uuid NOT NULL,
	"text" text NOT NULL,
	"time_text" text NOT NULL,
	"at" timestamp (3) with time zone,
	"time_is" text NOT NULL,
	"earliest" timestamp (3) with time zone NOT NULL,
	"latest" timestamp (3) with time zone,
	"place" timestamp (3) with time zone NOT NULL,
	"is_abroad" boolean NOT NULL,
	"office" text,
	"region" text,
	"details" text,
	"status" text NOT NULL,
	"sub_status" text,
	"first_seen_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "parcel_events_parcel_id_key_pk" PRIMARY KEY("parcel_id","key")
);
--> statement-breakpoint
CREATE TABLE "parcel_rows" (
	"row_id" bigint PRIMARY KEY NOT NULL,
	"parcel_id" bigint NOT NULL,
	"seen_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "parcels" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "parcels_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"carrier" text NOT NULL,
	"number" text NOT NULL,
	"order_number" text NOT NULL,
	"serial" integer NOT NULL,
	"status" text DEFAULT 'unknown' NOT NULL,
	"sub_status" text,
	"status_text" text,
	"since" timestamp (3) with time zone,
	"event_at" timestamp (3) with time zone,
	"terminal_at" timestamp (3) with time zone,
	"first_event_at" timestamp (3) with time zone,
	"from_office" text,
	"to_office" text,
	"failed_attempts" integer DEFAULT 0 NOT NULL,
	"estimates" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"product" text,
	"summary" text,
	"above" jsonb,
	"first_seen_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"seen_at" timestamp (3) with time zone,
	"changed_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "batches" ADD COLUMN "rows_from_record" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "batches" ADD COLUMN "rows_by_hand" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "batches" ADD COLUMN "calls_saved" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "parcel_events" ADD CONSTRAINT "parcel_events_parcel_id_parcels_id_fk" FOREIGN KEY ("parcel_id") REFERENCES "parcels"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "parcel_rows" ADD CONSTRAINT "parcel_rows_row_id_rows_id_fk" FOREIGN KEY ("row_id") REFERENCES "rows"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "parcel_rows" ADD CONSTRAINT "parcel_rows_parcel_id_parcels_id_fk" FOREIGN KEY ("parcel_id") REFERENCES "parcels"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "parcel_rows_parcel" ON "parcel_rows" USING btree ("parcel_id");--> statement-breakpoint
CREATE UNIQUE INDEX "parcels_key" ON "parcels" USING btree ("carrier","number","order_number","serial");--> statement-breakpoint
CREATE INDEX "parcels_open" ON "parcels" USING btree ("seen_at") WHERE terminal_at is null;--> statement-breakpoint
CREATE INDEX "parcels_terminal" ON "parcels" USING btree ("terminal_at") WHERE terminal_at is not null;--> statement-breakpoint
CREATE INDEX "parcels_changed" ON "parcels" USING btree ("changed_at");
--> statement-breakpoint
-- Numbers asked for before are parcels with the state that their latest result told. Their histories come with the next
-- look: a row kept its last line alone, or a page in a form of its own. Who moves no more is not asked again, and has the
-- event that it ended with. Orders without a number have told dates alone.
CREATE TEMPORARY TABLE known_rows ON COMMIT DROP AS
SELECT r.id, r.tracking_number AS number, r.source, r.status, r.sub_status, r.status_text, r.event_at, r.terminal_at, r.completed_at,
	CASE WHEN r.details ->> 'carrier' IS NOT NULL THEN r.details ->> 'carrier'
		WHEN b.task LIKE 'yamato%' THEN 'yamato' WHEN b.task LIKE 'japan_post%' THEN 'japan_post'
		WHEN b.task <> 'official_website_redirect_to_yamato_tracking' THEN NULL
		WHEN EXISTS (SELECT FROM job_rows jr JOIN jobs j ON j.id = jr.job_id WHERE jr.row_id = r.id AND j.redirect_of IS NOT NULL)
		THEN 'japan_post' ELSE 'yamato' END AS carrier
FROM rows r JOIN batches b ON b.id = r.batch_id
WHERE r.status IS NOT NULL AND r.completed_at IS NOT NULL AND r.tracking_number ~ '^[A-Z0-9]{11,13}$';
--> statement-breakpoint
INSERT INTO parcels (carrier, number, order_number, serial, status, sub_status, status_text, since, event_at, terminal_at,
	first_event_at, first_seen_at, seen_at, above)
SELECT DISTINCT ON (carrier, number) carrier, number, '', 1, status, sub_status, status_text, event_at, event_at, terminal_at,
	CASE WHEN terminal_at IS NOT NULL THEN event_at END, completed_at, completed_at,
	jsonb_build_object('text', status_text, 'tells', status <> 'unknown',
		'date', to_char(event_at AT TIME ZONE 'Asia/Tokyo', 'YYYY-MM-DD"T"HH24:MI:SS') || '+09:00',
		'seenAt', to_char(completed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
		'aboveMs', CASE WHEN terminal_at IS NOT NULL THEN extract(epoch FROM date_trunc('minute', event_at))::bigint * 1000 END)
FROM known_rows WHERE carrier IS NOT NULL AND source <> 'record'
ORDER BY carrier, number, completed_at DESC, id DESC;
--> statement-breakpoint
INSERT INTO parcel_events (parcel_id, key, text, time_text, at, time_is, earliest, latest, place, is_abroad, status, sub_status)
SELECT id, substring(encode(sha256(convert_to(concat_ws(' ', extract(epoch FROM minute)::bigint * 1000,
		(extract(epoch FROM latest) * 1000)::bigint, time_is, status_text, ''), 'UTF8')), 'hex') FOR 32)::uuid,
	status_text, '', event_at, time_is, minute, latest, minute, false, status, sub_status
FROM (SELECT *, CASE WHEN time_is = 'day' THEN minute + interval '1 day' - interval '1 millisecond' ELSE minute END AS latest
	FROM (SELECT *, date_trunc('minute', event_at) AS minute,
		CASE WHEN event_at = date_trunc('day', event_at AT TIME ZONE 'Asia/Tokyo') AT TIME ZONE 'Asia/Tokyo' THEN 'day'
			ELSE 'minute' END AS time_is FROM parcels) timed) known
WHERE terminal_at IS NOT NULL AND event_at IS NOT NULL AND status_text IS NOT NULL;
--> statement-breakpoint
INSERT INTO parcel_rows (row_id, parcel_id, seen_at)
SELECT k.id, p.id, k.completed_at FROM known_rows k JOIN parcels p USING (carrier, number);
