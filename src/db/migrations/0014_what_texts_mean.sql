CREATE TABLE "text_meanings" (
	"text" text NOT NULL,
	"carrier" text NOT NULL,
	"status" text NOT NULL,
	"set_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "text_meanings_text_carrier_pk" PRIMARY KEY("text","carrier")
);
--> statement-breakpoint
CREATE TABLE "unknown_texts" (
	"text" text NOT NULL,
	"carrier" text NOT NULL,
	"parcel" text NOT NULL,
	"before" text,
	"after" text,
	"first_seen_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"last_seen_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "unknown_texts_text_carrier_parcel_pk" PRIMARY KEY("text","carrier","parcel")
);
--> statement-breakpoint
ALTER TABLE "rows" ADD COLUMN "sub_status" text;--> statement-breakpoint
ALTER TABLE "rows" ADD COLUMN "terminal_at" timestamp (3) with time zone;--> statement-breakpoint
-- What was known to be an end stays one: nothing is asked and paid for again. Of a return, only that which had arrived, and
-- those of which nothing more is heard.
UPDATE rows SET terminal_at = CASE
	WHEN status = 'delivered' OR status_text ~ '^\s*差出人に返送済み' THEN coalesce(event_at, completed_at)
	ELSE event_at + interval '14 days' END
WHERE status IN ('delivered', 'returned');
