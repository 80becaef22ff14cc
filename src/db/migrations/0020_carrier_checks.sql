CREATE TABLE "carrier_checks" (
	"carrier" text NOT NULL,
	"number" text NOT NULL,
	"asked_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"status" text,
	"first_event_at" timestamp (3) with time zone,
	"event_at" timestamp (3) with time zone,
	CONSTRAINT "carrier_checks_carrier_number_pk" PRIMARY KEY("carrier","number")
);
--> statement-breakpoint
CREATE INDEX "parcels_watched" ON "parcels" USING btree ("status","event_at") WHERE status <> 'delivered';