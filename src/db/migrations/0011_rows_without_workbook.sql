CREATE TABLE "deliveries" (
	"id" text PRIMARY KEY NOT NULL,
	"batch_id" text NOT NULL,
	"made_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"rows" integer[] NOT NULL,
	"done" boolean NOT NULL,
	"body" text,
	"taken_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "given_rows" (
	"batch_id" text PRIMARY KEY NOT NULL,
	"content" jsonb NOT NULL
);
--> statement-breakpoint
ALTER TABLE "batches" ALTER COLUMN "workbook" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "batches" ADD COLUMN "rows_from" text;--> statement-breakpoint
ALTER TABLE "batches" ADD COLUMN "start_key" text;--> statement-breakpoint
ALTER TABLE "batches" ADD COLUMN "results_told" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_batch_id_batches_id_fk" FOREIGN KEY ("batch_id") REFERENCES "batches"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "given_rows" ADD CONSTRAINT "given_rows_batch_id_batches_id_fk" FOREIGN KEY ("batch_id") REFERENCES "batches"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "deliveries_one_under_way" ON "deliveries" USING btree ("batch_id") WHERE taken_at is null;--> statement-breakpoint
CREATE INDEX "deliveries_batch" ON "deliveries" USING btree ("batch_id","made_at");--> statement-breakpoint
CREATE INDEX "rows_untold" ON "rows" USING btree ("batch_id") WHERE state in ('failed', 'invalid') and shown is distinct from to_show;--> statement-breakpoint
ALTER TABLE "batches" ADD CONSTRAINT "batches_start_key_unique" UNIQUE("start_key");--> statement-breakpoint
ALTER TABLE "batches" ADD CONSTRAINT "batches_one_source" CHECK (num_nonnulls(workbook, rows_from) = 1);