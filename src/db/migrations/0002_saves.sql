CREATE TABLE "editing_sessions" (
	"key" text PRIMARY KEY NOT NULL,
	"workbook" text NOT NULL,
	"began_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"ended_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "saves" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "saves_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"received_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"workbook" text NOT NULL,
	"source" text NOT NULL,
	"saved_by" text,
	"examined_at" timestamp (3) with time zone,
	"outcome" text
);
--> statement-breakpoint
CREATE TABLE "workbooks" (
	"workbook" text PRIMARY KEY NOT NULL,
	"file_id" text,
	"seen_etag" text,
	"seen_hash" text
);
--> statement-breakpoint
DROP INDEX "rows_content";--> statement-breakpoint
ALTER TABLE "rows" ADD COLUMN "replaced" text;--> statement-breakpoint
ALTER TABLE "rows" ADD COLUMN "shown" text;--> statement-breakpoint
CREATE INDEX "editing_sessions_workbook" ON "editing_sessions" USING btree ("workbook");--> statement-breakpoint
CREATE INDEX "saves_waiting" ON "saves" USING btree ("workbook","id") WHERE examined_at is null;--> statement-breakpoint
CREATE INDEX "rows_content" ON "rows" USING btree (md5(input),"id");