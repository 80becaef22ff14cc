ALTER TABLE "job_rows" RENAME COLUMN "url" TO "subject";--> statement-breakpoint
ALTER TABLE "jobs" RENAME COLUMN "start_urls" TO "subjects";--> statement-breakpoint
ALTER TABLE "jobs" ADD COLUMN "carrier" text;--> statement-breakpoint
UPDATE "jobs" SET "carrier" = 'yamato' WHERE "sitemap_id" IS NULL;--> statement-breakpoint
ALTER TABLE "jobs" ADD CONSTRAINT "jobs_one_is_asked" CHECK (num_nonnulls(sitemap_id, carrier) = 1);