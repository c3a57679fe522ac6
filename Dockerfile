# syntax=docker/dockerfile:1

# One image for worker, codec server and command line, which is what `docker build .` makes. The simulator is another,
# --target simulator, and nothing of it is in the first. docker-compose.yml says which program an image runs.
# Node 26 has long-term support until April 2029. Debian, because Temporal's native part needs glibc.
FROM node:26.12.1-bookworm-slim AS sources
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,target=/root/.npm npm ci
COPY . .

FROM sources AS build
RUN npm run build
RUN npm prune --omit=dev
# Temporal's package carries its native part for five platforms.
RUN find node_modules/@temporalio/core-bridge/releases -mindepth 1 -maxdepth 1 \
      ! -name "$(uname -m)-unknown-linux-gnu" -exec rm -r {} +

FROM sources AS build-simulator
RUN npx tsc -p tsconfig.simulator.json

FROM node:26.12.1-bookworm-slim AS simulator
ENV NODE_ENV=production
WORKDIR /app
COPY --from=sources /app/package.json ./
# It needs no other package.
COPY --from=sources /app/node_modules/commander ./node_modules/commander
COPY --from=build-simulator /app/dist/simulator ./dist/simulator
USER node
CMD ["node", "dist/simulator/main.js"]

# Last, so that it is what is built if no target is named.
FROM node:26.12.1-bookworm-slim AS production
# Temporal's native part trusts the system's certificates, and the slim image has none.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates \
 && rm -rf /var/lib/apt/lists/*
# A new volume takes over the owner of the folder that it is mounted on.
RUN install --directory --owner=node --group=node --mode=0700 /payloads
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
USER node
CMD ["node", "dist/src/worker.js"]
