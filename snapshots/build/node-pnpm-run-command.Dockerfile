FROM node:24-slim AS base
RUN --mount=type=cache,target=/root/.npm npm install --global pnpm@10.18.0

FROM base AS install
WORKDIR /app
ENV CI=true NPM_CONFIG_STORE_DIR=/pnpm/store NPM_CONFIG_VERIFY_DEPS_BEFORE_RUN=false
COPY source/package.json source/pnpm-workspace.yaml source/pnpm-lock.yaml /app/
COPY source/apps/web/package.json /app/apps/web/
COPY source/packages/ui/package.json /app/packages/ui/
RUN --mount=type=cache,target=/pnpm/store pnpm install --frozen-lockfile

FROM install AS build
ENV NODE_ENV=production
COPY source/ /app/
RUN pnpm --filter web build
RUN mkdir /output && tar --create --anchored --exclude='./node_modules' --exclude='./apps/web/node_modules' --exclude='./packages/ui/node_modules' --directory=/app . | tar --extract --directory=/output

FROM base
ENV NODE_ENV=production PATH=/app/node_modules/.bin:/app/apps/web/node_modules/.bin:$PATH
COPY --from=install --chown=node:node /app/ /app/
COPY --from=build --chown=node:node /output/ /app/
WORKDIR /app
USER node
CMD ["/bin/sh","-c","cd 'apps/web' && exec node server.js"]
