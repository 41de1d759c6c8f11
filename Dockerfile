# One image for every process of the lab: server, attacker, and the gateway, which is an attacker that attacks nobody.
# docker-compose.yml puts them together.

FROM node:24-bookworm-slim AS dependencies
WORKDIR /synlab
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund

FROM dependencies AS build
COPY . .
RUN npx tsc -b lab && npm run build:page

# What runs needs none of the dependencies of development.
FROM dependencies AS runtime
RUN npm prune --omit=dev --no-audit --no-fund

FROM node:24-bookworm-slim
ENV NODE_ENV=production
WORKDIR /synlab
COPY --from=runtime /synlab/node_modules ./node_modules
COPY --from=build /synlab/package.json ./
COPY --from=build /synlab/dist ./dist
COPY --from=build /synlab/lab/scenarios ./lab/scenarios
USER node
# The port of the control API of the process that this container runs.
ENV SYNLAB_HEALTH_PORT=8081
# Without a process of Node's own, which takes longer to start on a busy machine than anybody should wait for an answer.
HEALTHCHECK --interval=3s --timeout=10s --start-period=60s --retries=6 CMD ["bash", "-c", "\
  exec 3<>/dev/tcp/127.0.0.1/$SYNLAB_HEALTH_PORT && \
  printf 'GET /healthz HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3 && grep -q '^HTTP/1.1 200' <&3"]
CMD ["node", "dist/server/main.js"]
