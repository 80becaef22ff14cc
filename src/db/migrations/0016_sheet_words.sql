CREATE TABLE "sheet_words" (
	"workbook" text NOT NULL,
	"content_hash" text NOT NULL,
	"occurrence" integer NOT NULL,
	"word" text NOT NULL,
	"typed" text NOT NULL,
	"obeyed_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"answer" text NOT NULL,
	"cell" text NOT NULL,
	"answer_to" jsonb,
	"answered_at" timestamp (3) with time zone,
	CONSTRAINT "sheet_words_workbook_content_hash_occurrence_pk" PRIMARY KEY("workbook","content_hash","occurrence")
);
--> statement-breakpoint
ALTER TABLE "installation" ADD COLUMN "content_key" "bytea";--> statement-breakpoint
CREATE INDEX "sheet_words_unanswered" ON "sheet_words" USING btree ("workbook") WHERE answer_to is not null;