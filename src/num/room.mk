noinst_LIBRARIES += src/num/libnum.a
src_num_libnum_a_SOURCES = \
	src/num/exact.h \
	src/num/histogram.c src/num/histogram.h \
	src/num/mt19937.c src/num/mt19937.h \
	src/num/philox.c src/num/philox.h \
	src/num/scale.c src/num/scale.h \
	src/num/cluster/agreement.c src/num/cluster/agreement.h \
	src/num/cluster/dbscan.c src/num/cluster/dbscan.h \
	src/num/cluster/k_distance.c src/num/cluster/k_distance.h \
	src/num/cluster/kmeans.c src/num/cluster/kmeans.h \
	src/num/cluster/kmeans_data.c src/num/cluster/kmeans_data.h \
	src/num/cluster/kmeans_leaves.c src/num/cluster/kmeans_leaves.h \
	src/num/cluster/kmeans_start.c src/num/cluster/kmeans_start.h \
	src/num/cluster/silhouette.c src/num/cluster/silhouette.h \
	src/num/cluster/ward.c src/num/cluster/ward.h \
	src/num/linear/blas_check.c src/num/linear/blas_check.h \
	src/num/linear/blas_functions.h \
	src/num/linear/blas_library.c src/num/linear/blas_library.h \
	src/num/linear/cosines.c src/num/linear/cosines.h \
	src/num/linear/eigen.c src/num/linear/eigen.h \
	src/num/linear/pca.c src/num/linear/pca.h \
	src/num/linear/similarity.c src/num/linear/similarity.h \
	src/num/near/cells.c src/num/near/cells.h \
	src/num/near/lists.c src/num/near/lists.h \
	src/num/near/neighbors.c src/num/near/neighbors.h \
	src/num/near/points.c src/num/near/points.h \
	src/num/near/search.c src/num/near/search.h \
	src/num/near/shortlist.c src/num/near/shortlist.h \
	src/num/null/axes.c src/num/null/axes.h \
	src/num/null/cloud.c src/num/null/cloud.h \
	src/num/null/nulls.c src/num/null/nulls.h \
	src/num/null/profiles.c src/num/null/profiles.h \
	src/num/null/recovery.c src/num/null/recovery.h \
	src/num/tests/column_sums.c src/num/tests/column_sums.h \
	src/num/tests/exchange.c src/num/tests/exchange.h \
	src/num/tests/multitest.c src/num/tests/multitest.h \
	src/num/tests/student_t.c src/num/tests/student_t.h \
	src/num/tests/test.c src/num/tests/test.h \
	src/num/tests/ttest.c src/num/tests/ttest.h \
	src/num/tsne/affinity.c src/num/tsne/affinity.h \
	src/num/tsne/attract.c src/num/tsne/attract.h \
	src/num/tsne/gradient.c src/num/tsne/gradient.h \
	src/num/tsne/pair.h \
	src/num/tsne/schedule.c src/num/tsne/schedule.h \
	src/num/tsne/tree.c src/num/tsne/tree.h \
	src/num/tsne/tsne.c src/num/tsne/tsne.h \
	src/num/tsne/walk.c src/num/tsne/walk.h
