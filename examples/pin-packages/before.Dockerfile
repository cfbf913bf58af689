FROM python:3.13-slim-bookworm
RUN apt-get update \
  && apt-get install -y --no-install-recommends \
    # for the health check
    curl \
    tini \
  && rm -rf /var/lib/apt/lists/*
RUN pip install --no-cache-dir "uvicorn[standard]"
WORKDIR /app
COPY app.py ./
CMD ["uvicorn", "app:app"]
