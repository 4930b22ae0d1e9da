FROM node:24-slim AS base
RUN --mount=type=cache,target=/root/.npm npm install --global --force yarn@1

FROM base AS install
WORKDIR /app
ENV CI=true
ARG TOKEN
COPY source/ /app/
RUN --mount=type=cache,target=/usr/local/share/.cache/yarn,sharing=locked yarn install --frozen-lockfile --non-interactive

FROM node:24-slim
ENV NODE_ENV=production PATH=/app/node_modules/.bin:$PATH
COPY --from=install --chown=node:node /app/ /app/
WORKDIR /app
USER node
CMD ["node","."]
