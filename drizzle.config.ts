import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'postgresql',
  schema: [
    './src/db/schema.ts',
    './src/db/drift-schema.ts',
    './src/db/file-schema.ts',
    './src/db/incident-schema.ts',
    './src/db/forward-schema.ts',
    './src/db/given-schema.ts',
    './src/db/installation-schema.ts',
    './src/db/pacing-schema.ts',
    './src/db/parcel-schema.ts',
    './src/db/roll-up-schema.ts',
    './src/db/text-schema.ts',
  ],
  out: './src/db/migrations',
});
