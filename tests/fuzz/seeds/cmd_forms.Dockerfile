FROM node:22
CMD node server.js
CMD ["npm", "start"]
CMD exec a "$@" && b
CMD []
ENTRYPOINT /run.sh
ENTRYPOINT ["tini", "--", "/run.sh"]
CMD ["-c"]
