FROM centos:8

RUN dnf upgrade -y \
  && dnf install -y \
      curl \
  `# メタデータ削除` \
  && dnf clean all \
  `# キャッシュ削除` \
  && rm -rf /var/cache/dnf
