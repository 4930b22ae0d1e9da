FROM node:24-slim
ENV NODE_ENV=production PATH=/app/node_modules/.bin:$PATH
COPY --chown=node:node source/ /app/
WORKDIR /app
USER node
CMD ["node","server.js"]
