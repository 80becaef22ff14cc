CREATE TABLE "forwards" (
	"notification_id" bigint PRIMARY KEY NOT NULL,
	"content_type" text NOT NULL,
	"body" "bytea",
	"try_after" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"ended_at" timestamp (3) with time zone,
	"error" text
);
--> statement-breakpoint
ALTER TABLE "forwards" ADD CONSTRAINT "forwards_notification_id_notifications_id_fk" FOREIGN KEY ("notification_id") REFERENCES "notifications"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "forwards_waiting" ON "forwards" USING btree ("notification_id") WHERE ended_at is null;