ALTER TABLE "batches" ADD COLUMN "forgotten_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "rows" ADD COLUMN "content_hash" text;--> statement-breakpoint
ALTER TABLE "rows" ADD COLUMN "forgotten_at" timestamp (3) with time zone;--> statement-breakpoint
CREATE INDEX "rows_forgotten" ON "rows" USING btree ("content_hash") WHERE content_hash is not null;