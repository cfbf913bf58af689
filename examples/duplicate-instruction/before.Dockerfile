FROM python:3.12-slim
WORKDIR /app
COPY . .
CMD ["python", "worker.py"]
HEALTHCHECK CMD python check.py
# The web front end.
CMD ["python", "web.py"]
