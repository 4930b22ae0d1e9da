FROM node:24-slim AS install
RUN apt-get update && apt-get install --yes --no-install-recommends build-essential && rm -rf /var/lib/apt/lists/*
WORKDIR /app
ENV CI=true NPM_CONFIG_FUND=false NPM_CONFIG_AUDIT=false NPM_CONFIG_UPDATE_NOTIFIER=false
COPY source/package.json source/package-lock.json source/.npmrc /app/
RUN --mount=type=cache,target=/root/.npm npm pkg delete scripts.prepare && npm ci

FROM node:24-slim AS dependencies
RUN apt-get update && apt-get install --yes --no-install-recommends build-essential && rm -rf /var/lib/apt/lists/*
WORKDIR /app
ENV CI=true NPM_CONFIG_FUND=false NPM_CONFIG_AUDIT=false NPM_CONFIG_UPDATE_NOTIFIER=false
COPY source/package.json source/package-lock.json source/.npmrc /app/
RUN --mount=type=cache,target=/root/.npm npm pkg delete scripts.prepare && npm ci --omit=dev

FROM install AS build
ARG PUBLIC_URL
ARG NODE_ENV
COPY source/ /app/
RUN npm run build
RUN mkdir /output && tar --create --anchored --exclude='./node_modules' --directory=/app . | tar --extract --directory=/output

FROM node:24-slim
RUN apt-get update && apt-get install --yes --no-install-recommends libnss3 && rm -rf /var/lib/apt/lists/*
ENV NODE_ENV=production PATH=/app/node_modules/.bin:$PATH
COPY --from=dependencies --chown=node:node /app/ /app/
COPY --from=build --chown=node:node /output/ /app/
WORKDIR /app
USER node
CMD ["node","dist/main.js"]
