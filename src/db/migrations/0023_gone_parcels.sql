CREATE TABLE "gone_parcels" (
	"day" date NOT NULL,
	"outcome" text NOT NULL,
	"carrier" text NOT NULL,
	"from_office" text NOT NULL,
	"to_office" text NOT NULL,
	"hours" integer NOT NULL,
	"parcels" integer NOT NULL,
	"first_attempt" integer NOT NULL,
	"minutes" bigint NOT NULL
);
--> statement-breakpoint
CREATE INDEX "gone_parcels_day" ON "gone_parcels" USING btree ("day");