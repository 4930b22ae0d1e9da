FROM node:24-slim AS base
RUN --mount=type=cache,target=/root/.npm npm install --global --force @yarnpkg/cli-dist@4

FROM base AS install
WORKDIR /app
ENV CI=true YARN_ENABLE_GLOBAL_CACHE=false YARN_ENABLE_TELEMETRY=false
COPY source/package.json source/yarn.lock source/.yarnrc.yml /app/
RUN yarn install --immutable

FROM base
ENV NODE_ENV=production PATH=/app/node_modules/.bin:$PATH
COPY --from=install --chown=node:node /app/ /app/
COPY --chown=node:node source/ /app/
WORKDIR /app
USER node
CMD ["yarn","exec","node","a.js"]
