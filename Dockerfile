# glibc: the Temporal SDK's core has no build for musl, so Alpine images do not work.
FROM node:24.21.0-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
# The node-* packages bring a Node for machines with an old one; this image has its own.
RUN npm ci --omit=dev --no-audit --no-fund && rm -rf node_modules/node-linux-* node_modules/.bin/node

FROM node:24.21.0-bookworm-slim
ENV NODE_ENV=production \
    MALLOC_ARENA_MAX=2 \
    MALLOC_TRIM_THRESHOLD_=65536 \
    MALLOC_MMAP_THRESHOLD_=131072 \
    OFFBOARD_HOME=/var/lib/offboard \
    OFFBOARD_EVIDENCE_DIR=/var/lib/offboard/evidence
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /opt/yarn-* /usr/local/bin/yarn* \
    && install --directory --owner=node --group=node --mode=0700 /var/lib/offboard /var/lib/offboard/worker
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY package.json package-lock.json LICENSE ./
COPY model model
COPY security security
COPY temporal temporal
COPY workflows workflows
COPY activities activities
COPY worker worker
COPY client client
# The CLI's demonstration.
COPY sandbox sandbox
COPY estates estates
USER node
# The bundle of workflows, into this user's cache: no worker builds it at its start.
RUN node worker/prepare.ts
VOLUME /var/lib/offboard
CMD ["node", "worker/main.ts"]
