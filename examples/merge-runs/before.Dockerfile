FROM centos:8
RUN yum -y install httpd
RUN yum -y install php
RUN yum -y install php-mbstring
# the cache is of no use in the image
RUN rm -Rf /var/cache/yum
