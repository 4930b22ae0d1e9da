FROM node:24-slim AS base
RUN --mount=type=cache,target=/root/.npm npm install --global bun@1

FROM base AS install
WORKDIR /app
ENV CI=true
COPY source/package.json source/bun.lock /app/
RUN --mount=type=cache,target=/root/.bun/install/cache bun install --frozen-lockfile

FROM base
ENV NODE_ENV=production PATH=/app/node_modules/.bin:$PATH
COPY --from=install --chown=node:node /app/ /app/
COPY --chown=node:node source/ /app/
WORKDIR /app
USER node
CMD ["bun","index.ts"]
