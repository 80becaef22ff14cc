CREATE TABLE "round_rows" (
	"row_id" bigint PRIMARY KEY NOT NULL,
	"parcel_id" bigint NOT NULL
);
--> statement-breakpoint
ALTER TABLE "batches" ADD COLUMN "is_round" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "parcels" ADD COLUMN "asked_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "round_rows" ADD CONSTRAINT "round_rows_row_id_rows_id_fk" FOREIGN KEY ("row_id") REFERENCES "rows"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "round_rows" ADD CONSTRAINT "round_rows_parcel_id_parcels_id_fk" FOREIGN KEY ("parcel_id") REFERENCES "parcels"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "round_rows_parcel" ON "round_rows" USING btree ("parcel_id");--> statement-breakpoint
CREATE INDEX "batches_rounds" ON "batches" USING btree ("finished_at") WHERE is_round;